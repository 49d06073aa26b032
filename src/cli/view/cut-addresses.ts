/** In a text of any kind: the query of an address, which may be a signature, and a name and password before its host. */
export function cutAddresses(text: string): string {
  return text
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@?#"'<>]*@/gi, '$1…@')
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]*)\?[^\s"'<>]*/gi, '$1?…');
}
