import './styles/base.css'
import './styles/controls.css'
import './styles/print.css'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, startLanguage } from './i18n'
import { router } from './router'

void startLanguage().then(() => createApp(App).use(router).use(i18n).mount('#app'))
