import { Popover, Stack, Switch, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { colourOf, initialsOf, peopleOf } from './person';
import classes from './together.module.css';
import type { Together } from './use-together';

/** Faces that there is room for in the bar. */
const most = 3;

/** Who else has the template open: their initials in the bar, their names behind it, and a word to screen readers when that changes. */
export function PresentList({ together, userId }: { together: Together; userId: number }) {
  const { t } = useTranslation('editor');
  const people = peopleOf(together.others);
  const nameOf = ({ id, name }: (typeof people)[number]) => (id === userId ? t('together.you') : name);
  const names = people.map(nameOf);
  const heard = useComings(names);
  return (
    <>
      <VisuallyHidden role="status">
        {heard === null ? '' : t(heard.came ? 'together.came' : 'together.left', { name: heard.name })}
      </VisuallyHidden>
      {people.length === 0 ? null : (
        <Popover position="bottom-end" withArrow returnFocus>
          <Popover.Target>
            <UnstyledButton
              className={classes.faces}
              aria-label={t('together.button', { count: people.length, names: names.join(', ') })}
            >
              {people.slice(0, most).map((person) => (
                <span key={person.id} className={classes.face} style={{ backgroundColor: colourOf(person) }}>
                  {initialsOf(person.name)}
                </span>
              ))}
              {people.length > most && <span className={classes.more}>+{people.length - most}</span>}
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown>
            <Stack gap="xs">
              <Text size="sm" fw={600}>
                {t('together.title')}
              </Text>
              <ul className={classes.people}>
                {people.map((person) => (
                  <li key={person.id} className={classes.person}>
                    <span className={classes.face} style={{ backgroundColor: colourOf(person) }} aria-hidden>
                      {initialsOf(person.name)}
                    </span>
                    {nameOf(person)}
                  </li>
                ))}
              </ul>
              <Switch
                size="sm"
                label={t('together.cursors')}
                description={t('together.cursorsHint')}
                checked={together.shows}
                onChange={(event) => together.setShows(event.currentTarget.checked)}
              />
            </Stack>
          </Popover.Dropdown>
        </Popover>
      )}
    </>
  );
}

/** Who came or went last. Whoever is there when one comes is in the list. */
function useComings(names: readonly string[]): { name: string; came: boolean } | null {
  const [heard, setHeard] = useState<{ name: string; came: boolean } | null>(null);
  const before = useRef(names);
  const text = names.join('\n');
  useEffect(() => {
    const now = text === '' ? [] : text.split('\n');
    const came = now.find((name) => !before.current.includes(name));
    const left = before.current.find((name) => !now.includes(name));
    before.current = now;
    if (came !== undefined) setHeard({ name: came, came: true });
    else if (left !== undefined) setHeard({ name: left, came: false });
  }, [text]);
  return heard;
}
