import { lazy, type ComponentType } from 'react';
import { loadTexts } from '../i18n/i18n';

/** A component with the texts of figures: both come when it is first shown. */
function withTexts<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(async () => {
    const [component] = await Promise.all([load(), loadTexts(['figures'])]);
    return { default: component };
  });
}

export const SliceFigures = withTexts(async () => (await import('./SliceFigures')).SliceFigures);
export const VmFigures = withTexts(async () => (await import('./VmFigures')).VmFigures);
export const ZoneFigures = withTexts(async () => (await import('./ZoneFigures')).ZoneFigures);
