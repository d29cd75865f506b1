import { describe, expect, test } from 'vitest'
import { analyzeQueryText } from '../analyze-query-text.js'

describe('names that are data', () => {
  test.each([
    ['CLOSE c', 'CLOSE ?'],
    ['CLOSE ALL', 'CLOSE ALL'],
    ['DEALLOCATE p', 'DEALLOCATE ?'],
    ['DEALLOCATE PREPARE p', 'DEALLOCATE PREPARE ?'],
    ['DECLARE c CURSOR FOR SELECT a FROM t', 'DECLARE ? CURSOR FOR SELECT a FROM t'],
    ['EXECUTE p(a)', 'EXECUTE ?(a)'],
    ['FETCH NEXT FROM c', 'FETCH NEXT FROM ?'],
    ['FETCH PRIOR IN c', 'FETCH PRIOR IN ?'],
    ['FETCH FIRST FROM c', 'FETCH FIRST FROM ?'],
    ['FETCH LAST c', 'FETCH LAST ?'],
    ['FETCH ABSOLUTE 5 c', 'FETCH ABSOLUTE ? ?'],
    ['FETCH RELATIVE -5 FROM c', 'FETCH RELATIVE -? FROM ?'],
    ['MOVE FORWARD ALL IN c', 'MOVE FORWARD ALL IN ?'],
    ['MOVE BACKWARD 5 FROM c', 'MOVE BACKWARD ? FROM ?'],
    ['LISTEN c', 'LISTEN ?'],
    ['NOTIFY c', 'NOTIFY ?'],
    ['UNLISTEN c', 'UNLISTEN ?'],
    ['UNLISTEN *', 'UNLISTEN *'],
    ['PREPARE p AS SELECT a', 'PREPARE ? AS SELECT a'],
    ['RELEASE s', 'RELEASE ?'],
    ['RELEASE SAVEPOINT s', 'RELEASE SAVEPOINT ?'],
    ['SAVEPOINT s', 'SAVEPOINT ?'],
    ['SAVEPOINT "s t"', 'SAVEPOINT ?'],
    ['ROLLBACK TO s', 'ROLLBACK TO ?'],
    ['ROLLBACK WORK TO SAVEPOINT s', 'ROLLBACK WORK TO SAVEPOINT ?'],
    ['ROLLBACK', 'ROLLBACK'],
    ['ROLLBACK AND CHAIN', 'ROLLBACK AND CHAIN'],
    ['SET a TO b, c', 'SET a TO ?, ?'],
    ['SET a = b', 'SET a = ?'],
    ['SET a = "b"', 'SET a = ?'],
    ['SET a = -b', 'SET a = -?'],
    ['SET a TO DEFAULT', 'SET a TO DEFAULT'],
    ['SET a = DEFAULT', 'SET a = DEFAULT'],
    ['SET LOCAL s.a TO b', 'SET LOCAL s.a TO ?'],
    ['SET ROLE a', 'SET ROLE ?'],
    ['SET SESSION AUTHORIZATION a', 'SET SESSION AUTHORIZATION ?'],
    ['SET TIME ZONE a', 'SET TIME ZONE ?'],
    ['SET TRANSACTION READ ONLY', 'SET TRANSACTION READ ONLY'],
    [
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
    ],
    ['SET CONSTRAINTS a DEFERRED', 'SET CONSTRAINTS a DEFERRED'],
    ['SET a = b; SELECT c', 'SET a = ?; SELECT c'],
    ['SAVEPOINT s; SELECT c', 'SAVEPOINT ?; SELECT c'],
    ['COMMIT; SAVEPOINT s', 'COMMIT; SAVEPOINT ?'],
    ['UPDATE t SET a = b', 'UPDATE t SET a = b'],
    ['PREPARE TRANSACTION a', 'PREPARE TRANSACTION ?'],
  ])('in %s are masked', (text, expected) => {
    expect(analyzeQueryText(text).sanitizedText).toBe(expected)
  })

  test.each([
    'DECLARE ? CURSOR FOR SELECT a FROM t',
    'PREPARE ? AS SELECT a',
    'EXECUTE ?(a)',
    'SAVEPOINT ?',
    'FETCH NEXT FROM ?',
    'SET a TO ?, ?',
    'SET a = ?',
  ])('that were masked before leave %s as it is', (text) => {
    expect(analyzeQueryText(text).sanitizedText).toBe(text)
  })

  test('are masked one by one, and nothing behind them', () => {
    expect(analyzeQueryText('DECLARE a b CURSOR').sanitizedText).toBe('DECLARE ? b CURSOR')
    expect(analyzeQueryText('LISTEN ?a').sanitizedText).toBe('LISTEN ?a')
    expect(analyzeQueryText('LISTEN *a').sanitizedText).toBe('LISTEN *?')
    expect(analyzeQueryText('LISTEN ?? a').sanitizedText).toBe('LISTEN ?? ?')
  })
})
