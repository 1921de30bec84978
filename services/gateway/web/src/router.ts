import { createRouter, createWebHistory } from 'vue-router'

/** Every view is an address; what is chosen within one stands in the query. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'home', component: () => import('./desk/HomePage.vue') },
    { path: '/wall/:place?', name: 'wall', component: () => import('./wall/WallPage.vue') },
    {
      path: '/desk',
      component: () => import('./desk/DeskFrame.vue'),
      children: [
        { path: '', name: 'desk', component: () => import('./desk/MetricsPage.vue') },
        { path: 'metric/:id', name: 'figure', component: () => import('./desk/FigurePage.vue') },
        { path: 'metric/:id/items', name: 'items', component: () => import('./desk/ItemsPage.vue') },
        { path: 'area/:key?', name: 'area', component: () => import('./desk/PlacePage.vue'), props: { family: 'area' } },
        { path: 'organisation/:key?', name: 'organisation', component: () => import('./desk/PlacePage.vue'), props: { family: 'organisation' } },
        { path: 'thing/:family/:key', name: 'thing', component: () => import('./desk/ThingPage.vue') },
      ],
    },
    { path: '/m/:grid?', name: 'phone', component: () => import('./phone/PhonePage.vue') },
    { path: '/ops', name: 'ops', component: () => import('./ops/OpsPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
