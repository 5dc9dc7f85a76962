// A MapLibre map as every page has it: flat, north up, controls in the same corners, nothing asked of another origin.
import { AttributionControl, Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl, type MapOptions } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

import { patternImage } from './patterns'

declare global {
  /** For tests: they wait until everything asked for is drawn. */
  var placesMap: MapLibre | undefined
}

// The worker comes from our own origin, as the content policy demands.
setWorkerUrl(new URL(workerUrl, location.href).href)

/** Makes a map; nothing where the browser cannot draw one. */
export function makeMap(options: MapOptions): MapLibre | undefined {
  let map: MapLibre
  try {
    map = new MapLibre({ attributionControl: false, minZoom: 4, dragRotate: false, pitchWithRotate: false, fadeDuration: 0, ...options })
  } catch {
    return undefined
  }
  // Patterns are drawn when a style first asks for them, and again after a style was built anew.
  map.setMissingStyleImageResolver((id) => {
    const image = patternImage(id)
    if (image && !map.hasImage(id)) map.addImage(id, image)
  })
  map.touchZoomRotate.disableRotation()
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-right')
  map.addControl(new AttributionControl({ compact: true, customAttribution: 'Drawn from this workspace alone' }), 'bottom-right')
  globalThis.placesMap = map
  return map
}
