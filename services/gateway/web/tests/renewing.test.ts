import { describe, expect, it } from 'vitest'
import { renewed } from '../src/api/renewing'

const node = (key: string, name = key) => ({ key, name })
const before = renewed(new Map<string, ReturnType<typeof node>>(), [node('a'), node('b')])

describe('a tree that is read again', () => {
  it('is the same one where nothing changed', () => {
    expect(renewed(before, [node('a'), node('b')])).toBe(before)
  })
  it('keeps the nodes that did not change', () => {
    const after = renewed(before, [node('a'), node('b', 'new'), node('c')])
    expect([...after.values()]).toEqual([node('a'), node('b', 'new'), node('c')])
    expect(after.get('a')).toBe(before.get('a'))
    expect(after.get('b')).not.toBe(before.get('b'))
  })
  it('forgets what is gone', () => {
    expect([...renewed(before, [node('b')]).keys()]).toEqual(['b'])
  })
})
