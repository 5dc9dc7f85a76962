// A MapLibre map as every page has it: flat, north up, controls in the same corners, nothing asked of another origin.
import { AttributionControl, Map as MapLibre, NavigationControl, ScaleControl, type MapOptions } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'

/** Makes a map; nothing where the browser cannot draw one. */
export function makeMap(options: MapOptions): MapLibre | undefined {
  let map: MapLibre
  try {
    map = new MapLibre({ attributionControl: false, minZoom: 4, dragRotate: false, pitchWithRotate: false, fadeDuration: 0, ...options })
  } catch {
    return undefined
  }
  map.touchZoomRotate.disableRotation()
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-right')
  map.addControl(new AttributionControl({ compact: true, customAttribution: 'Drawn from this workspace alone' }), 'bottom-right')
  // For tests: they wait until everything asked for is drawn.
  ;(globalThis as { placesMap?: MapLibre }).placesMap = map
  return map
}
