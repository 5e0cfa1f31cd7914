//! What a person gets.

use simulated_aws::Fault;

use crate::world::World;

#[tokio::test]
async fn a_report_is_a_table_and_three_files() {
    let world = World::new("report").with_contact();
    let finished = world.run("").await;
    let names: Vec<_> = finished.files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["report.html", "report.csv", "report.json"]);
    for file in &finished.files {
        assert!(std::fs::read_to_string(file).unwrap().contains("shop.example.com"), "{}", file.display());
        assert!(finished.text.ends_with(&format!("{}\n", finished.files[2].display())), "{}", finished.text);
    }
    let text = &finished.text;
    let row = text.lines().find(|line| line.contains("shop.example.com")).unwrap();
    for cell in ["9 ", "123456789012/us-east-1", "nobody", "in use", "shop team"] {
        assert!(row.contains(cell), "{cell}: {row}");
    }
    assert!(text.find("shop.example.com") < text.find("api.example.com"), "the soonest first: {text}");
    assert!(text.contains("security <sec@example.com>"), "the contact owns what nobody else does: {text}");
}

#[tokio::test]
async fn html_alone_is_one_file_and_quiet_is_quiet() {
    let world = World::new("html");
    let finished = world.run("--format html --quiet --fast").await;
    assert_eq!(finished.text, format!("{}\n", world.folder().join("report.html").display()));
    assert!(!world.aws.calls().iter().any(|call| call.operation == "DescribeCertificate"), "fast");
}

#[tokio::test]
async fn every_enabled_region_is_read() {
    let world = World::new("regions");
    world.aws.scoped("123456789012", "ap-east-1").disable_region();
    world.run("--regions all").await;
    let report = world.json();
    let regions: Vec<_> = report["targets"].as_array().unwrap().iter().map(|target| &target["region"]).collect();
    assert_eq!(regions.len(), 17, "{regions:?}");
    assert!(!regions.iter().any(|region| *region == "ap-east-1"), "{regions:?}");
}

#[tokio::test]
async fn regions_are_not_guessed() {
    let world = World::new("no-regions");
    world.aws.limit_role(crate::world::ROLE, &["acm:*"]);
    let sdk = world.aws.sdk_config_as(crate::world::ROLE, "me");
    let all =
        certificate_report::run(&sdk, &world.options("--regions all"), certificate_report::Display::Nothing).await;
    let error = all.unwrap_err().to_string();
    assert!(error.contains("account:ListRegions") && error.contains("`--regions eu-central-1,us-east-1`"), "{error}");
}

#[tokio::test]
async fn what_is_denied_is_said_first() {
    let world = World::new("denied");
    let finished = world.run_with(&["acm:ListCertificates", "acm:DescribeCertificate"], "").await;
    let text = &finished.text;
    assert!(text.starts_with("Could not be read, so what follows is not complete:\n"), "{text}");
    for said in ["acm-pca:ListCertificateAuthorities (AccessDeniedException)", "at least 5 certificates"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let row = text.lines().find(|line| line.contains("api.example.com")).unwrap();
    assert!(row.trim_end().ends_with("not known"), "an owner who could not be read is not nobody: {row}");
}

#[tokio::test]
async fn an_account_that_cannot_be_found_out_is_an_error() {
    let world = World::new("nobody");
    world.aws.fail_always("GetCallerIdentity", Fault::ServerError);
    let error = world.try_run("").await.unwrap_err().to_string();
    assert!(error.contains("sts:GetCallerIdentity") && error.contains("check the network"), "{error}");
}

#[tokio::test]
async fn a_pipeline_stops_for_what_applies_and_what_is_not_known() {
    let world = World::new("fail-on");
    for (line, applies, undecided) in [
        ("--fail-on expiring=5", 0, 0),
        ("--fail-on expiring=9", 1, 0),
        ("--fail-on expiring=9,expired", 2, 0),
        ("--fail-on unused", 0, 1),
    ] {
        let verdict = world.run(&format!("{line} --quiet")).await.verdict;
        assert_eq!((verdict.applies.len(), verdict.undecided.len()), (applies, undecided), "{line}: {verdict:?}");
    }
    let finished = world.run_with(&["acm:DescribeCertificate"], "--fail-on expiring=5,unreadable").await;
    let verdict = finished.verdict;
    assert_eq!(verdict.undecided.len(), 1, "nothing was listed, so nothing is known: {verdict:?}");
    assert_eq!(verdict.applies.len(), 1, "{verdict:?}");
}

#[tokio::test]
async fn what_is_kept_shows_what_changed_and_is_not_read_again() {
    let world = World::new("kept");
    let folder = world.folder().join("kept");
    let _ = std::fs::remove_dir_all(&folder);
    let line = format!("--keep {}", folder.display());
    world.run(&line).await;
    assert_eq!(world.json()["changes"], serde_json::Value::Null);
    world.aws.forget_record();
    world.aws.insert_certificate(simulated_aws::CertificateSpec::imported("more.example.com").dns("more.example.com"));
    world.run(&line).await;
    let described = world.aws.calls().iter().filter(|call| call.operation == "DescribeCertificate").count();
    assert_eq!(described, 1, "the new one");
    assert_eq!(world.json()["changes"]["items"][0]["name"], "more.example.com");
}
