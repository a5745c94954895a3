import type {
  IdentityReview,
  IdentityReviewList,
  IdentityVerdictRequest,
} from '@holdfast/api-contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSession } from '../session/session-context.tsx';

export type Verdict = IdentityVerdictRequest['verdict'];
export type PairOf = Pick<IdentityReview, 'one' | 'other'>;

const reviewsKey = (after: string | undefined) => ['identity-reviews', after ?? ''] as const;

/** One page of the questions that matching has. */
export function useReviews(after: string | undefined) {
  const { client } = useSession();
  return useQuery({
    queryKey: reviewsKey(after),
    queryFn: ({ signal }) => client.listIdentityReviews(after, { signal }),
  });
}

/** Answers one; it leaves the page as soon as the server has it. */
export function useVerdict(after: string | undefined) {
  const { client } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ one, other, verdict }: PairOf & { readonly verdict: Verdict }) =>
      client.judgeIdentity(one, other, { verdict }),
    onSuccess: async ({ one, other }, { verdict }) => {
      const key = reviewsKey(after);
      if (verdict === 'withdrawn') return queries.invalidateQueries({ queryKey: key });
      queries.setQueryData<IdentityReviewList>(key, (page) =>
        page === undefined
          ? page
          : {
              ...page,
              reviews: page.reviews.filter((each) => each.one !== one || each.other !== other),
            },
      );
    },
  });
}
