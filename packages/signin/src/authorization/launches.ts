import { randomBytes } from 'node:crypto';
import { LAUNCH_SECONDS } from '../limits.ts';
import type { Artifacts } from '../postgres/artifacts.ts';
import type { LaunchContext } from '../smart/launch-context.ts';

const LAUNCH = 'Launch';

/** What an EHR opens an app with. */
export interface Launch {
  readonly clientId: string;
  /** FHIR reference of who launches: nobody else can go on with it. */
  readonly principal: string;
  readonly context: Omit<LaunchContext, 'workflow' | 'purposes'>;
}

/** Launch tokens: they live for minutes, and once. */
export class Launches {
  readonly #artifacts: Artifacts;

  constructor(artifacts: Artifacts) {
    this.#artifacts = artifacts;
  }

  /** @returns the value of `launch` for the app's launch address */
  async open(launch: Launch): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    await this.#artifacts.keep(LAUNCH, token, {
      payload: { launch, clientId: launch.clientId },
      seconds: LAUNCH_SECONDS,
    });
    return token;
  }

  /** @returns undefined where it is none of this client and person, over, or used */
  async find(
    token: string,
    of: Pick<Launch, 'clientId' | 'principal'>,
  ): Promise<Launch | undefined> {
    const kept = await this.#artifacts.find(LAUNCH, token);
    if (kept === undefined || kept['consumed'] !== undefined) return undefined;
    const launch = kept['launch'] as Launch;
    const isTheirs = launch.clientId === of.clientId && launch.principal === of.principal;
    return isTheirs ? launch : undefined;
  }

  /** @returns false where somebody was faster */
  use(token: string): Promise<boolean> {
    return this.#artifacts.consume(LAUNCH, token);
  }
}
