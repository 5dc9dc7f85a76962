// Starts the application; MapLibre's worker comes from our own origin, as the content policy demands.
import { setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { mount } from 'svelte'

import App from './App.svelte'
import './app.css'

setWorkerUrl(new URL(workerUrl, location.href).href)
const target = document.getElementById('app')
if (target) mount(App, { target })
