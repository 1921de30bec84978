/** Saves a picture under a name that says what and when. */
export function saveImage(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = `${name}-${new Date().toISOString().slice(0, 10)}.png`
  link.click()
}
