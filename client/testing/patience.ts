import './count-renders';
import { configure } from '@testing-library/react';

// `findBy…` and `waitFor` give up after a second by default, which a busy machine may need for one rendering
configure({ asyncUtilTimeout: 10_000 });
