-- Digests of parts, so that a copy that was interrupted goes on after the last part that is there. Only new columns, and
-- null is a value: images of older releases have none, and what knows nothing of parts runs on.

alter table image_copy
    add column part_length integer constraint image_copy_part_length_from_1 check (part_length >= 1),
    add column part_digests text[],
    add constraint image_copy_has_digests_of_all_parts check
        ((part_length is null) = (part_digests is null)
            and (part_digests is null or cardinality(part_digests) = (bytes + part_length - 1) / part_length));
comment on column image_copy.part_length is 'Number of bytes of each part but the last; null: a copy of this image cannot be continued, only begun again';
comment on column image_copy.part_digests is 'sha256 of each part of the stored bytes, in order';
