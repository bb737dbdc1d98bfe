-- Expand only: an older process starts executions without a place in a trace, and its attempts tell nothing to traces.
alter table execution
    add column trace text
        constraint execution_trace_known check (trace ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
comment on column execution.trace is 'Place in a trace (W3C''s traceparent) of the request that started it, under which all its attempts belong; null: nothing was traced';
