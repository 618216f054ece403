// Reads Parquet files with a reader that is not ours and holds every cell
// against the CSV beside it: node parquet.mjs DIR, where DIR has node_modules.
import { createReadStream, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const dir = resolve(process.argv[2])
const require = createRequire(join(dir, 'package.json'))
const { asyncBufferFromFile, parquetReadObjects, parquetMetadataAsync } = await import(pathToFileURL(require.resolve('hyparquet')))

// parse splits CSV by RFC 4180.
async function parse(path) {
  let text = ''
  for await (const chunk of createReadStream(path, 'utf8')) text += chunk
  const rows = [[]]
  const cells = /("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/y
  while (cells.lastIndex < text.length) {
    const [, cell, end] = cells.exec(text)
    rows.at(-1).push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)
    if (end === '\n') rows.push([])
  }
  return rows.slice(0, -1)
}

// same says whether a value is what a cell of CSV says: text there is made
// harmless, so that only what needs none of it can be compared.
function same(value, cell) {
  if (value === null) return cell === ''
  if (typeof value === 'number' || typeof value === 'bigint') return Number(cell) === Number(value) && cell !== ''
  if (typeof value === 'boolean') return cell === String(value)
  return cell === value || cell.startsWith("'") || cell.includes('\\') || cell.endsWith('…')
}

let failed = 0
for (const name of readdirSync(dir).filter(n => n.endsWith('.parquet'))) {
  const file = await asyncBufferFromFile(join(dir, name))
  const { created_by: made } = await parquetMetadataAsync(file)
  const rows = await parquetReadObjects({ file })
  const [header, ...cells] = await parse(join(dir, name.replace('.parquet', '.csv')))
  let bad = rows.length === cells.length ? 0 : 1
  rows.forEach((row, i) => header.forEach((column, k) => {
    if (!(column in row) || !same(row[column], cells[i][k])) {
      if (!bad++) console.log(`${name}, row ${i}, ${column}: ${row[column]}, in CSV ${cells[i][k]}`)
    }
  }))
  console.log(`${name}: ${rows.length} rows of ${header.length} columns, ${bad} unlike CSV, by ${made}`)
  failed += bad
}
process.exit(failed ? 1 : 0)
