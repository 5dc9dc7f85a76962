import type { Route } from '../../route'

export const explore: Route = {
  name: 'explore',
  title: 'Explore',
  skip: 'controls',
  page: () => import('./Explore.svelte'),
}
