use super::*;
use crate::geocode::EntryKind;

fn read(kind: GazetteerKind, text: &str) -> Result<GazetteerContents, NotThisKind> {
    let mut contents = GazetteerContents::default();
    read_gazetteer(kind, text.as_bytes(), &Study::new(Vec::new()), &mut contents)?;
    Ok(contents)
}

const CODE_POINT: &str = "\"NR1 1AA\",10,624073,308352,\"E92000001\",\"E19000001\",\"E18000006\",\"E10000020\",\"E07000148\",\"E05012910\"\n\"NR103AA\",10,620000,320000,,,,,,\n\"TW1 9ZZ\",90,0,0,\"E92000001\",,,,,\n";
const ONSPD: &str = "\u{feff}pcd,pcd2,pcds,dointr,doterm,oseast1m,osnrth1m,osgrdind\nNR1 1AA,NR1  1AA,NR1 1AA,198001,,0624073,0308352,1\nNR1 1AB,NR1  1AB,NR1 1AB,198001,199606,0624173,0308352,1\nIM1 1AA,IM1  1AA,IM1 1AA,198001,,,,9\n";
const GEONAMES: &str = "GB\tNR18\tDeopham\tEngland\tENG\tNorfolk\t11609041\t\t\t52.5659\t1.0222\t4\n";

#[test]
fn every_publisher_s_file_is_read() {
    let code_point = read(GazetteerKind::CodePoint, CODE_POINT).unwrap();
    let units: Vec<(&str, bool)> =
        code_point.postcodes.iter().map(|p| (p.postcode.as_str(), p.point.is_some())).collect();
    assert_eq!(units, [("NR1 1AA", true), ("NR10 3AA", true), ("TW1 9ZZ", false)]);
    let onspd = read(GazetteerKind::Onspd, ONSPD).unwrap();
    let ended: Vec<Option<String>> = onspd.postcodes.iter().map(|p| p.terminated.map(|m| m.to_string())).collect();
    assert_eq!(ended, [None, Some("1996-06".to_owned()), None]);
    assert_eq!(onspd.postcodes[2].point, None);
    let nspl =
        "pcd7,pcd8,pcds,dointr,doterm,east1m,north1m,gridind\nNR1 1AA,NR1  1AA,NR1 1AA,198001,,624073,308352,1\n";
    assert_eq!(read(GazetteerKind::Onspd, nspl).unwrap().postcodes.len(), 1);
    let places = read(GazetteerKind::GeoNames, GEONAMES).unwrap();
    assert_eq!((places.entries[0].name.as_str(), places.entries[0].locality.as_str()), ("Deopham", "Norfolk"));
    let uprn = "UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE\n100090123456,624073.00,308352.00,52.6,1.3\n";
    assert_eq!(read(GazetteerKind::Uprn, uprn).unwrap().entries[0].name, "100090123456");
    let local = "Name,Kind,Locality,Easting,Northing,Also\nThe Rec,nickname,Holt,608000,338000,Jubilee Field;Holt Rec\nTesco,shop,Diss,611000,280000,\n";
    let local = read(GazetteerKind::Csv, local).unwrap().entries;
    assert_eq!((local[0].kind, local[0].also.len(), local[1].kind), (EntryKind::Place, 2, EntryKind::Premises));
}

#[test]
fn a_file_of_another_kind_is_refused_with_what_was_expected() {
    let files = [
        (GazetteerKind::CodePoint, CODE_POINT),
        (GazetteerKind::Onspd, ONSPD),
        (GazetteerKind::GeoNames, GEONAMES),
        (GazetteerKind::Uprn, "UPRN,X_COORDINATE,Y_COORDINATE\n1,624073,308352\n"),
        (GazetteerKind::OpenNames, "<html><body>Not found</body></html>\n"),
        (GazetteerKind::Csv, "id,colour\n1,red\n"),
    ];
    for (kind, _) in GazetteerKind::ALL {
        for (own, text) in files.into_iter().filter(|f| f.0 != kind || matches!(f.0, GazetteerKind::OpenNames)) {
            let result = read(kind, text);
            // A list of UPRNs has a position and may be read as a list of one's own, did it have names.
            let error = result.expect_err(&format!("{} read as {}", own.name(), kind.name()));
            assert!(error.to_string().contains("expected"), "{error}");
        }
        assert!(read(kind, "").is_err() && read(kind, "\u{0}\u{0}\u{1}").is_err());
    }
    assert!(read(GazetteerKind::Csv, "id,colour\n1,red\n").is_err());
}

#[test]
fn bad_rows_are_counted_with_their_line() {
    let mut text = String::from("name,easting,northing\n");
    text.extend((0..20).map(|i| format!("Place {i},6{i:02}000,308000\n")));
    text.push_str("No position,,\n");
    let contents = read(GazetteerKind::Csv, &text).unwrap();
    assert_eq!((contents.rows, contents.bad, contents.problems), (21, 1, vec![(22, "no position".to_owned())]));
}
