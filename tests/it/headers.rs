//! A column that is asked for by name is the one that has it: two of one name, in any case, refuse the file.

use places::import::{
    AddGazetteer, AddHarm, AddIndicators, ImportRequest, Mapping, Progress, add_gazetteer, add_harm, add_indicators,
    import, name_areas,
};

use crate::support::{Scratch, places};

const MAPPING: &str = "source = \"asb\"\n[columns]\nid = \"Ref\"\nwhen = \"Date\"\ncategory = \"Type\"\nlon = \"Lon\"\n\
                       lat = \"Lat\"\nkeep = [\"Note\"]\n";

fn import_text(text: &str) -> Result<Vec<String>, String> {
    let scratch = Scratch::with_areas();
    let request = ImportRequest {
        files: vec![scratch.write("a.csv", text)],
        mapping: Some(Mapping::parse(MAPPING).unwrap()),
        ..Default::default()
    };
    match import(&scratch.workspace, &request, &Progress::default()) {
        Ok(report) => Ok(report.ignored_columns.clone()),
        Err(e) => Err(e.to_string()),
    }
}

#[test]
fn a_mapped_column_that_stands_twice_refuses_the_file() {
    let row = "1,2025-01-02,Noise,1.0512,52.5512,calm,x";
    for (header, columns) in [
        ("Ref,Date,Type,Lon,Lat,Note,Date", "in columns 2 and 7"),
        ("Ref,Date,Type,Lon,Lat,Note,DATE", "in columns 2 and 7"),
        ("Ref,Date,Type,Lon,Lat,Note, date ", "in columns 2 and 7"),
        ("Ref,Date,Type,Lon,Lat,Note,ref", "in columns 1 and 7"),
        ("Ref,Date,Type,Lon,Lat,Note,Lat", "in columns 5 and 7"),
        ("Ref,Date,Type,Lon,Lat,Note,note", "in columns 6 and 7"),
    ] {
        let refused = import_text(&format!("{header}\n{row}\n")).unwrap_err();
        assert!(refused.contains(columns) && refused.contains("nothing was imported"), "{header}: {refused}");
    }
    // Columns that nothing asks for may share a name; another case of a name alone is that name.
    let ignored = import_text(&format!("REF,date,type,LON,lat,Note,Extra,extra\n{row},y\n")).unwrap();
    assert_eq!(ignored, ["Extra", "extra"]);
}

#[test]
fn every_other_reader_refuses_it_too() {
    let scratch = Scratch::with_areas();
    let root = scratch.workspace.root().to_string_lossy().into_owned();
    let refused = |error: String| assert!(error.contains("in columns 2 and 3"), "{error}");

    let file = scratch.write("people.csv", "code,Residents,residents\nQ1,100,200\n");
    let request = AddIndicators { layer: "squares".into(), file: file.clone().into(), ..Default::default() };
    refused(add_indicators(&scratch.workspace, &request).unwrap_err().to_string());
    let named = AddIndicators { values: vec!["residents".into()], ..request };
    refused(add_indicators(&scratch.workspace, &named).unwrap_err().to_string());

    let file = scratch.write("names.csv", "code,name,Name\nQ1,North,South\n");
    refused(name_areas(&scratch.workspace, "squares", file.as_ref()).unwrap_err().to_string());

    let file = scratch.write("harm.csv", "category,weight,Weight\nNoise,1,2\n");
    let request = AddHarm { name: "w".into(), file: file.into(), key: None, weight: None };
    refused(add_harm(&scratch.workspace, &request).unwrap_err().to_string());

    let file = scratch.write("local.csv", "name,lon,Lon,lat\nThe Arms,1.05,1.06,52.55\n");
    let request = AddGazetteer {
        kind: places::geocode::GazetteerKind::Csv,
        files: vec![file],
        name: "local".into(),
        epoch: "2026-01".into(),
        accept: false,
    };
    refused(add_gazetteer(&scratch.workspace, &request, &Progress::default()).unwrap_err().to_string());

    let file = scratch.write("texts.csv", "ref,text,Text\n1,Mill Lane,Rose Lane\n");
    let output = places(&["--workspace", &root, "geocode", &file]);
    refused(String::from_utf8_lossy(&output.stderr).into_owned());

    let file = scratch.write("sheet.csv", "id,choice,CHOICE\nw0,1,2\n");
    let output = places(&["--workspace", &root, "review", "apply", &file, "--as", "T"]);
    refused(String::from_utf8_lossy(&output.stderr).into_owned());
}

#[test]
fn two_columns_that_would_be_one_indicator_are_not_added_up() {
    let scratch = Scratch::with_areas();
    let file = scratch.write("people.csv", "code,usual residents,usual-residents\nQ1,100,200\n");
    let request = AddIndicators { layer: "squares".into(), file: file.into(), ..Default::default() };
    let refused = add_indicators(&scratch.workspace, &request).unwrap_err().to_string();
    assert!(refused.contains("would be one indicator"), "{refused}");
}
