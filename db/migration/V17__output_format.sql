-- What templates make. An older program makes of every template what its base image is, as it did.

alter table template
    add column output_form text
        constraint template_output_form_known check (output_form in ('ARCHIVE', 'RAW', 'QCOW2'));
comment on column template.output_form is 'What its images are to be, as image_copy.form says it; null: what the base image is';
