-- A month begins at midnight UTC, whatever zone the server or a session keeps: months that were made in
-- another zone, or on either side of a change of clocks, would leave hours between them or overlap.
alter function ensure_month_partitions(regclass, date, integer) set timezone = 'UTC';
