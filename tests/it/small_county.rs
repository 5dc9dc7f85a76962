//! Four square areas with streets, villages, shops and postcodes that tests of geocoding and review share.

use std::collections::BTreeMap;

use places::{
    geocode::{GazetteerKind, Geocoder, Input},
    import::{AddGazetteer, Progress, add_gazetteer, open_geocoder},
    review,
};

use crate::support::{Scratch, adds_up};

/// Streets, villages, shops and a nickname in four square areas.
pub(crate) const PLACES: &str = "\
name,kind,locality,lon,lat,also,radius_m
Mill Lane,street,Alderby,1.0200,52.5200,,
Mill Lane,street,Brockton,1.1600,52.6600,,
Rose Lane,street,Alderby,1.0300,52.5300,,
King Street,street,Alderby,1.0303,52.5301,,
St Peter's Street,street,Alderby,1.0400,52.5400,,
High Street,street,Alderby,1.0250,52.5250,,
High Street,street,Brockton,1.1650,52.6650,,
High Street,street,Carrow,1.0500,52.6500,,
Prince of Wales Road,street,Brockton,1.1500,52.6500,,
Alderby,locality,,1.0250,52.5250,,900
Brockton,locality,,1.1600,52.6600,,900
Carrow,locality,,1.0500,52.6500,,900
Great Stowe,locality,,1.1500,52.5500,,900
Tesco,premises,Alderby,1.0210,52.5210,,
Tesco,premises,Brockton,1.1610,52.6610,,
Jubilee Recreation Ground,place,Brockton,1.1550,52.6550,the Rec,
";
pub(crate) const POSTCODES: &str = "\
postcode,lon,lat
ZZ1 1AA,1.0205,52.5203
ZZ1 1AB,1.0302,52.5302
ZZ2 2AA,1.1605,52.6603
ZZ2 2AB,1.1505,52.6503
";
pub(crate) const MAPPING: &str = r#"
source = "log"
[columns]
id = "Id"
when = "When"
category_is = "ASB"
location_text = "Where"
locality = "Town"
postcode = "Postcode"
lon = "X"
lat = "Y"
precision = "P"
[precision]
default = "street"
values = { premises = "premises", postcode = "postcode_unit", estate = "locality", ward = "sector", town = "district" }
"#;

pub(crate) fn add(scratch: &Scratch, name: &str, text: &str, accept: bool) -> Result<(), String> {
    let request = AddGazetteer {
        kind: GazetteerKind::Csv,
        files: vec![scratch.write(&format!("{name}.csv"), text)],
        name: name.to_owned(),
        epoch: "2026-01".to_owned(),
        accept,
    };
    add_gazetteer(&scratch.workspace, &request, &Progress::default()).map(|_| ()).map_err(|e| e.to_string())
}

pub(crate) fn scratch() -> Scratch {
    let scratch = Scratch::with_areas();
    add(&scratch, "places", PLACES, false).unwrap();
    add(&scratch, "postcodes", POSTCODES, false).unwrap();
    scratch
}

pub(crate) fn geocoder(scratch: &Scratch) -> Geocoder {
    open_geocoder(&scratch.workspace, &scratch.workspace.state().unwrap()).unwrap()
}

pub(crate) fn text(text: &str) -> Input<'_> {
    Input { text, ..Input::default() }
}

pub(crate) fn waiting(scratch: &Scratch) -> BTreeMap<String, (String, u64)> {
    let items = review::queue(&scratch.workspace).unwrap().items;
    items.into_iter().map(|i| (format!("{}|{}|{}", i.text, i.locality, i.postcode), (i.id, i.records))).collect()
}

pub(crate) fn counted(scratch: &Scratch) -> u64 {
    let summary = scratch.count(&[("by", "area:squares")]).1;
    assert!(adds_up(&summary));
    summary["counted"].as_u64().unwrap()
}

pub(crate) fn sheet_of(rows: &[&str]) -> String {
    format!("Id,When,Where,Town,Postcode,X,Y,P\n{}\n", rows.join("\n"))
}
