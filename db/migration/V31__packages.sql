-- Expand only: an older worker records nothing, and nobody misses it.
create table image_packages (
    digest  text primary key,
    number  integer not null,
    content bytea not null,
    made_at timestamptz not null default clock_timestamp()
);
comment on table image_packages is 'What is installed in images, by their content: copies, and equal images of other executions, have one row';
comment on column image_packages.digest is 'As in image_copy.digest';
comment on column image_packages.number is 'How many packages';
comment on column image_packages.content is 'A line for each package (system, name, version, architecture, with tabs between), compressed by zstd';
comment on column image_packages.made_at is 'When an image was last built like that; rows without an image go a day later';
