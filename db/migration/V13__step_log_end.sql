-- What a column holds since steps are kept while the next one runs.

comment on column build_step.log_end is 'Length of the execution''s log when the step was kept; the next one may have written some of it';
