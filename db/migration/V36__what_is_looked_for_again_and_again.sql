-- What every process looks for each minute among all images that there are.

create index image_copy_to_be_removed on image_copy (region_id, modified_at)
    where state = 'FAILED' and error_code in ('Deleting', 'Withdrawn');
create index image_copy_uploading on image_copy (modified_at)
    where state = 'COPYING' and execution_id is null;
comment on index image_copy_to_be_removed is 'Images whose objects are still to be removed from a region';
comment on index image_copy_uploading is 'Uploads, copies and imports under way, among which given up ones are looked for';
