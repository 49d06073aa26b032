/** What XML 1.0 has no way to write (its section 2.2), and halves of surrogate pairs. */
const unwritable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/**
 * Text of an element or of an attribute's value in double quotes; what XML cannot hold becomes U+FFFD. No fragment, since
 * no artifact is XML: what commands print is.
 */
export function xmlText(value: string): string {
  return value.replace(unwritable, '\ufffd').replace(/[&<>"'\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
