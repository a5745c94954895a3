import type { IncidentEntryRequest } from '@holdfast/api-contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from '../live/live-context.tsx';
import { useSession } from '../session/session-context.tsx';

const LIST = ['incidents'] as const;
const one = (id: string) => ['incident', id] as const;

/** All incidents; asked for again when a signal opens, grows or ends. */
export function useIncidents() {
  const { client } = useSession();
  useFreshWithSignals();
  return useQuery({ queryKey: LIST, queryFn: ({ signal }) => client.listIncidents({ signal }) });
}

/** One incident, now or as it was known at an instant. */
export function useIncident(id: string, at: string | undefined) {
  const { client } = useSession();
  useFreshWithSignals();
  return useQuery({
    queryKey: [...one(id), at ?? 'now'],
    queryFn: ({ signal }) => client.readIncident(id, { signal, ...(at !== undefined && { at }) }),
  });
}

/** Adds to the timeline; the answer is the new picture. */
export function useIncidentEntry(id: string) {
  const { client } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (entry: IncidentEntryRequest) => client.writeIncident(id, entry),
    onSuccess: async (detail) => {
      queries.setQueryData([...one(id), 'now'], detail);
      await queries.invalidateQueries({ queryKey: LIST });
    },
  });
}

/** Pushed, not polled: the live stream says that something changed. */
function useFreshWithSignals(): void {
  const { live } = useLive();
  const queries = useQueryClient();
  const signals = (live.held ?? live.newest)?.overview.signals;
  const state = signals
    ?.map(({ id, patients, resolvedAt }) => `${id} ${patients.count} ${resolvedAt ?? ''}`)
    .join('\n');
  useEffect(() => {
    if (state === undefined) return;
    void queries.invalidateQueries({ queryKey: LIST });
    void queries.invalidateQueries({ queryKey: ['incident'] });
  }, [state, queries]);
}
