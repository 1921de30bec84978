/** Lets so many go at once; the others wait their turn in order. */
export class Turns {
  private going = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly most: number) {}

  /** Does something when its turn has come. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.going >= this.most) await new Promise<void>((go) => this.waiting.push(go))
    else this.going++
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.going--
    }
  }
}
