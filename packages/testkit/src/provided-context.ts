declare module 'vitest' {
  interface ProvidedContext {
    /** Where a worker asks for the address of the run's PostgreSQL. */
    holdfastTestServer: string;
  }
}

/** The key under which `global-setup.ts` leaves that address. */
export const TEST_SERVER = 'holdfastTestServer';
