/**
 * The children as they are built, which `npm test` does first: to compile the sources anew in each
 * child of each server took a tenth of the suite's processor time.
 */
export const INFERENCE_PROGRAM = {
  entry: new URL('../../../../packages/inference/dist/backend/child.js', import.meta.url),
  execArgv: [],
};
