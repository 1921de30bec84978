/** What was read anew, by key. What is as it was stays the same object, the whole too: whatever was drawn from it needs no drawing again. */
export function renewed<T extends { key: string }>(before: ReadonlyMap<string, T>, read: readonly T[]): ReadonlyMap<string, T> {
  let changed = before.size !== read.length
  const after = new Map<string, T>()
  for (const one of read) {
    const known = before.get(one.key)
    const same = known !== undefined && JSON.stringify(known) === JSON.stringify(one)
    changed ||= !same
    after.set(one.key, same ? known : one)
  }
  return changed ? after : before
}
