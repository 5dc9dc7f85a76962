import type { Route } from '../../route'

export const review: Route = {
  name: 'review',
  title: 'Review',
  skip: 'wordings',
  page: () => import('./Review.svelte'),
}
