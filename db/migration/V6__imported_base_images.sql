-- Templates may be built on an image that is imported from a bucket. Older programs run on beside them: a start of such a
-- template is refused before a worker sees it.

alter table template
    drop constraint template_base_image_type_known,
    add constraint template_base_image_type_known check (base_image_type in ('IMAGE', 'IMAGE_FAMILY', 'OSS')),
    add constraint template_base_image_is_named_or_imported check ((base_image = '') = (base_image_type = 'OSS'));
comment on column template.base_image is 'BaseImage: an image id, or the name of a family of which the newest image is taken at each start; empty for OSS';
comment on column template.kept is 'Parameters that mean nothing on one''s own machines, by wire name and as sent: {"InstanceType":…,"RepairItem.1":…}';

-- What is kept is kept as it was sent.
update template t
   set kept = kept - 'RepairItem' || (select jsonb_object_agg('RepairItem.' || i.number, i.item)
                                        from unnest(string_to_array(t.kept ->> 'RepairItem', ',')) with ordinality i (item, number))
 where kept -> 'RepairItem' is not null;
