import type { LabText } from './lab-text';
import type { GalleryLab, GalleryLanguage } from './labs';
import { english } from './texts-en';
import { spanish } from './texts-es';

export const galleryTexts: Record<GalleryLanguage, Record<GalleryLab, LabText>> = { en: english, es: spanish };
