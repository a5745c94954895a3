import type { LoadJob } from './open-loader.ts';

export type LoadAsk =
  | { readonly kind: 'open'; readonly job: LoadJob }
  | { readonly kind: 'load'; readonly batch: number };

export type LoadAnswer =
  | { readonly kind: 'done'; readonly resources: number; readonly rssBytes: number }
  | { readonly kind: 'failed'; readonly message: string };
