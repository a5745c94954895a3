import { config } from 'zod';

// zod would compile validators with `new Function`, which the content security policy forbids; the
// switch is read when schemas are made, so this module comes before every import of the contract.
config({ jitless: true });
