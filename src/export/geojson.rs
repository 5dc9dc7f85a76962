//! GeoJSON (RFC 7946): a `FeatureCollection` with the rows as properties, and the summary as a foreign member.

use serde_json::{Value, json};

use super::{
    encoder::{Encoder, Out},
    error::ExportError,
    json::Objects,
};
use crate::{
    ask::{Answer, PlaceKey},
    grid,
    snapshot::Snapshot,
};

/// Bytes that leave at once.
const PIECE_BYTES: usize = 1 << 16;

/// The format.
pub(super) struct GeoJson;

impl Encoder for GeoJson {
    fn name(&self) -> &'static str {
        "geojson"
    }

    fn media_type(&self) -> &'static str {
        "application/geo+json"
    }

    fn ending(&self) -> &'static str {
        "geojson"
    }

    fn write(&self, ground: &Snapshot, answer: &mut Answer<'_>, out: &mut Out<'_>) -> Result<u64, ExportError> {
        let head = answer.rows.head();
        if head.places.is_empty() && !head.is_empty() {
            return Err(ExportError::NoPlace { layers: ground.layers.iter().map(|l| l.name.clone()).collect() });
        }
        out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
        let mut objects = Objects::new();
        let mut shape = Shape::default();
        let mut first = true;
        let mut buffer = Vec::with_capacity(2 * PIECE_BYTES);
        let count = answer.rows.each(|rows| -> Result<(), ExportError> {
            objects.take(rows);
            for row in 0..rows.len() {
                buffer.extend_from_slice(if std::mem::take(&mut first) { b"" } else { b"," });
                buffer.extend_from_slice(b"{\"type\":\"Feature\",\"properties\":");
                objects.write(rows, row, &mut buffer)?;
                buffer.extend_from_slice(b",\"geometry\":");
                match rows.places.get(row) {
                    Some(place) => buffer.extend_from_slice(shape.of(ground, place)?),
                    None => buffer.extend_from_slice(b"null"),
                }
                buffer.push(b'}');
                if buffer.len() >= PIECE_BYTES {
                    out.write_all(&buffer)?;
                    buffer.clear();
                }
            }
            Ok(())
        })?;
        buffer.extend_from_slice(b"],\"summary\":");
        out.write_all(&buffer)?;
        answer.beside.json(out)?;
        out.write_all(b"}")?;
        Ok(count)
    }
}

/// The geometry of the place written last: rows of one place come together.
#[derive(Default)]
struct Shape(Option<(PlaceKey, Vec<u8>)>);

impl Shape {
    fn of(&mut self, ground: &Snapshot, place: &PlaceKey) -> Result<&[u8], ExportError> {
        if self.0.as_ref().is_none_or(|last| last.0 != *place) {
            self.0 = Some((place.clone(), serde_json::to_vec(&geometry(ground, place))?));
        }
        Ok(self.0.as_ref().map_or(&[], |last| &last.1))
    }
}

/// The outline of a place as a GeoJSON geometry, WGS 84.
#[must_use]
pub fn geometry(ground: &Snapshot, place: &PlaceKey) -> Value {
    match place {
        PlaceKey::Cell(cell) => {
            let mut ring: Vec<[f64; 2]> = grid::outline(*cell).iter().map(|c| [c.lon, c.lat]).collect();
            ring.extend(ring.first().copied());
            json!({ "type": "Polygon", "coordinates": [ring] })
        }
        PlaceKey::Area(layer, area) => {
            let area = ground.layers.get(*layer as usize).and_then(|l| l.areas.get(*area as usize));
            let Some(area) = area else { return Value::Null };
            let ring = |r: &geo::LineString| -> Vec<[f64; 2]> { r.0.iter().map(|c| [c.x, c.y]).collect() };
            let polygons: Vec<Vec<Vec<[f64; 2]>>> = area
                .polygons
                .iter()
                .map(|p| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect())
                .collect();
            json!({ "type": "MultiPolygon", "coordinates": polygons })
        }
    }
}
