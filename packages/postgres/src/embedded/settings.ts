import { totalmem } from 'node:os';

/** `name: value` pairs of postgresql.conf. */
export type ServerSettings = Readonly<Record<string, string | number>>;

const MIB = 1024 * 1024;

/**
 * Settings for a machine that runs everything at once, from a laptop with 2 GB upwards.
 * Durability is PostgreSQL's own: fsync and synchronous_commit stay on.
 */
export function embeddedSettings(memoryBytes = availableMemory()): ServerSettings {
  const quarter = Math.floor(memoryBytes / 4 / MIB);
  return {
    shared_buffers: `${clamp(quarter, 64, 512)}MB`,
    effective_cache_size: `${clamp(quarter * 2, 128, 8192)}MB`,
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    // Three processes of this machine; a slot that nobody uses costs some kilobytes.
    max_connections: 200,
    // The event log's push signal (pgoutput).
    wal_level: 'logical',
    max_wal_senders: 10,
    max_replication_slots: 10,
    // A forgotten slot costs this much disk at most; it is a signal, never the truth.
    max_slot_wal_keep_size: '4GB',
    max_wal_size: '1GB',
    checkpoint_completion_target: 0.9,
    random_page_cost: 1.1,
    // Statements here run for milliseconds; compiling them takes longer.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    datestyle: 'ISO, YMD',
    lc_messages: 'C',
    log_min_messages: 'warning',
    log_line_prefix: '%m [%p] %q%u@%d ',
    log_checkpoints: 'off',
    cluster_name: 'holdfast',
  };
}

function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
