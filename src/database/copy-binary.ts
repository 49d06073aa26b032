/** Signature, flags (none) and the length of the header's extension (none). */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** In the place of a row's number of fields. */
const TRAILER = Buffer.from([0xff, 0xff]);

/** What COPY in binary format takes: rows between a header and a trailer (PostgreSQL's documentation, 'COPY', 'Binary Format'). */
export function* frameRows(rows: Iterable<Buffer>): Generator<Buffer> {
  yield HEADER;
  yield* rows;
  yield TRAILER;
}
