/** Thrown before anything is printed or written, where the small bundle lacks what the command needs. */
export class NotQuick extends Error {
  constructor(name: string) {
    super(`${name} is in the whole program`);
    this.name = 'NotQuick';
  }
}
