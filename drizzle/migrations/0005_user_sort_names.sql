DROP INDEX `users_name_index` ON `users`;--> statement-breakpoint
ALTER TABLE `users` ADD `sort_name` varchar(83) GENERATED ALWAYS AS ((concat(regexp_replace(name, '[0-9]+$', ''), coalesce(lpad(nullif(regexp_substr(name, '[0-9]+$'), ''), 20, '0'), '')))) STORED;--> statement-breakpoint
CREATE INDEX `users_sort_name_index` ON `users` (`deleted_at`,`sort_name`,`id`);