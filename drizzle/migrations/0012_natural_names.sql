ALTER TABLE `availability_zones` DROP INDEX `availability_zones_name_unique`;--> statement-breakpoint
ALTER TABLE `flavours` DROP INDEX `flavours_live_name_unique`;--> statement-breakpoint
ALTER TABLE `images` DROP INDEX `images_live_name_unique`;--> statement-breakpoint
ALTER TABLE `slices` DROP INDEX `slices_owner_live_name_unique`;--> statement-breakpoint
ALTER TABLE `templates` DROP INDEX `templates_owner_live_name_unique`;--> statement-breakpoint
DROP INDEX `flavours_name_index` ON `flavours`;--> statement-breakpoint
DROP INDEX `images_name_index` ON `images`;--> statement-breakpoint
DROP INDEX `templates_owner_name_index` ON `templates`;--> statement-breakpoint
DROP INDEX `users_sort_name_index` ON `users`;--> statement-breakpoint
ALTER TABLE `availability_zones` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;--> statement-breakpoint
ALTER TABLE `availability_zones` ADD `unique_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((lower(name))) STORED;--> statement-breakpoint
ALTER TABLE `flavours` ADD `live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when retired_at is null then lower(name) else null end)) STORED;--> statement-breakpoint
ALTER TABLE `flavours` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;--> statement-breakpoint
ALTER TABLE `images` ADD `live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when retired_at is null then lower(name) else null end)) STORED;--> statement-breakpoint
ALTER TABLE `images` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;--> statement-breakpoint
ALTER TABLE `slices` ADD `live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when deleted_at is null then lower(name) else null end)) STORED;--> statement-breakpoint
ALTER TABLE `templates` ADD `live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when deleted_at is null then lower(name) else null end)) STORED;--> statement-breakpoint
ALTER TABLE `templates` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;--> statement-breakpoint
ALTER TABLE `users` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;--> statement-breakpoint
ALTER TABLE `availability_zones` ADD CONSTRAINT `availability_zones_name_unique` UNIQUE(`unique_key`);--> statement-breakpoint
ALTER TABLE `flavours` ADD CONSTRAINT `flavours_live_name_unique` UNIQUE(`live_key`);--> statement-breakpoint
ALTER TABLE `images` ADD CONSTRAINT `images_live_name_unique` UNIQUE(`live_key`);--> statement-breakpoint
ALTER TABLE `slices` ADD CONSTRAINT `slices_owner_live_name_unique` UNIQUE(`owner_id`,`live_key`);--> statement-breakpoint
ALTER TABLE `templates` ADD CONSTRAINT `templates_owner_live_name_unique` UNIQUE(`owner_id`,`live_key`);--> statement-breakpoint
CREATE INDEX `flavours_sort_key_index` ON `flavours` (`sort_key`,`id`);--> statement-breakpoint
CREATE INDEX `images_sort_key_index` ON `images` (`sort_key`,`id`);--> statement-breakpoint
CREATE INDEX `templates_owner_sort_key_index` ON `templates` (`owner_id`,`deleted_at`,`sort_key`,`id`);--> statement-breakpoint
CREATE INDEX `users_sort_key_index` ON `users` (`deleted_at`,`sort_key`,`id`);--> statement-breakpoint
ALTER TABLE `flavours` DROP COLUMN `live_name`;--> statement-breakpoint
ALTER TABLE `images` DROP COLUMN `live_name`;--> statement-breakpoint
ALTER TABLE `slices` DROP COLUMN `live_name`;--> statement-breakpoint
ALTER TABLE `templates` DROP COLUMN `live_name`;--> statement-breakpoint
ALTER TABLE `users` DROP COLUMN `sort_name`;