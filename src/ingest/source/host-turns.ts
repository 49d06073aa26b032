import { stopIfInterrupted } from '../failure.ts';
import type { Ports } from '../ports.ts';

/** What is asked of one host at most. */
export interface HostLimits {
  /** Requests at the same time. */
  readonly atOnce: number;
  /** Null: as many as it answers. */
  readonly perSecond: number | null;
}

/** For who bounds its requests otherwise: only what a host asks for itself holds them back. */
export const noLimits: HostLimits = { atOnce: Number.POSITIVE_INFINITY, perSecond: null };

interface Host {
  running: number;
  /** Those who wait for one of the requests to end, first come first served. */
  readonly waiting: (() => void)[];
  /** Nobody asks before this moment: of the rate, or of what the host itself has asked for. In milliseconds since 1970. */
  next: number;
}

/** Whose turn it is to ask a host: by what the spec allows, and by what the host said last. */
export class HostTurns {
  readonly #limits: HostLimits;
  readonly #ports: Pick<Ports, 'clock' | 'signal'>;
  readonly #hosts = new Map<string, Host>();

  constructor(limits: HostLimits, ports: Pick<Ports, 'clock' | 'signal'>) {
    this.#limits = limits;
    this.#ports = ports;
  }

  /** Asks once the host of the URL may be asked; `ask` ends when the answer is read. */
  async take<T>(url: string, ask: () => Promise<T>): Promise<T> {
    const host = this.#find(url);
    if (host.running < this.#limits.atOnce) host.running += 1;
    // Whoever ends hands its place over.
    else await new Promise<void>((resolve) => host.waiting.push(resolve));
    try {
      await this.#waitForMoment(host);
      return await ask();
    } finally {
      const next = host.waiting.shift();
      if (next === undefined) host.running -= 1;
      else next();
    }
  }

  /** No request to the host of the URL begins within so many milliseconds; those that run go on. */
  rest(url: string, milliseconds: number): void {
    const host = this.#find(url);
    host.next = Math.max(host.next, this.#ports.clock.now() + milliseconds);
  }

  async #waitForMoment(host: Host): Promise<void> {
    const { clock, signal } = this.#ports;
    // Again after each wait: meanwhile another may have gone first, or the host may have asked for more.
    for (let wait = host.next - clock.now(); wait > 0; wait = host.next - clock.now()) {
      await clock.sleep(wait, signal);
      stopIfInterrupted(signal);
    }
    const { perSecond } = this.#limits;
    if (perSecond !== null) host.next = clock.now() + 1000 / perSecond;
  }

  #find(url: string): Host {
    const { host } = new URL(url);
    const found = this.#hosts.get(host) ?? { running: 0, waiting: [], next: 0 };
    this.#hosts.set(host, found);
    return found;
  }
}
