// The part of the ledger that runs anywhere: no import from `node:`.
export { webCryptography } from './ed25519/web-crypto.ts';
export { type ConsistencyClaim, verifyConsistency } from './merkle/consistency.ts';
export { type Hash, type Sha256, sameHash, type TreeHasher, treeHasher } from './merkle/hash.ts';
export { type InclusionClaim, type LeafPosition, verifyInclusion } from './merkle/inclusion.ts';
export { fromBase64, toBase64 } from './note/base64.ts';
export {
  type Checkpoint,
  type CheckpointFault,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from './note/checkpoint.ts';
export {
  type NoteCryptography,
  type NoteSigner,
  type NoteVerifier,
  noteVerifier,
  type VerifyEd25519,
} from './note/signature.ts';
export {
  type NoteFault,
  openNote,
  parseNote,
  type SignedNote,
  signNote,
} from './note/signed-note.ts';
export {
  formatVerifierKey,
  parseVerifierKey,
  type VerifierKey,
  type VerifierKeyFault,
} from './note/verifier-key.ts';
export { type AccessChain, chainOver } from './patient-index/access-chain.ts';
export {
  type CompletenessClaim,
  type IndexPath,
  verifyCompleteness,
} from './patient-index/completeness.ts';
export {
  type CompletenessFault,
  type CompletenessProof,
  verifyCompletenessProof,
} from './patient-index/completeness-proof.ts';
export {
  formatTlogProof,
  type ProofClaim,
  parseTlogProof,
  type TlogProof,
  type TlogProofFault,
  verifyTlogProof,
} from './proof/tlog-proof.ts';
export { portableSha256 } from './sha256/portable.ts';
export { decodeEntryBundle, encodeEntryBundle } from './tiles/entry-bundle.ts';
export { parseTilePath, TILE_WIDTH, type TileId, tilePath, tilesAt } from './tiles/tile-path.ts';
