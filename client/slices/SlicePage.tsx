import { useParams } from 'react-router';
import { NotFoundPanel } from './NotFoundPanel';
import { SliceView } from './SliceView';

/** One slice: what it is, what goes on in it, and its consoles. */
export function Component() {
  const { sliceId } = useParams();
  const id = positiveInteger(sliceId);
  if (id === null) return <NotFoundPanel />;
  // another slice is another page: nothing of the one before stays
  return <SliceView key={id} sliceId={id} />;
}

function positiveInteger(text: string | null | undefined): number | null {
  if (text === null || text === undefined || !/^[1-9][0-9]{0,15}$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : null;
}
