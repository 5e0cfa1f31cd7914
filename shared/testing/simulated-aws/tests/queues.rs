//! Amazon SQS.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry};
use jiff::ToSpan;
use simulated_aws::Aws;

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

async fn receive(sqs: &Client, url: &str) -> Vec<Message> {
    let received = sqs
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(10)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await
        .unwrap();
    received.messages().to_vec()
}

fn count(message: &Message) -> &str {
    &message.attributes().unwrap()[&MessageSystemAttributeName::ApproximateReceiveCount]
}

#[tokio::test]
async fn a_message_is_hidden_until_its_visibility_ends_or_it_is_deleted() {
    let (aws, sqs) = start();
    let url = aws.create_queue("jobs");
    sqs.send_message().queue_url(&url).message_body("one").send().await.unwrap();
    let first = receive(&sqs, &url).await;
    assert_eq!((first[0].body(), count(&first[0])), (Some("one"), "1"));
    assert!(receive(&sqs, &url).await.is_empty());
    aws.advance(30.seconds());
    let second = receive(&sqs, &url).await;
    assert_eq!(count(&second[0]), "2");
    assert_ne!(first[0].receipt_handle(), second[0].receipt_handle());

    let delete = |message: &Message| {
        sqs.delete_message().queue_url(&url).receipt_handle(message.receipt_handle().unwrap()).send()
    };
    delete(&first[0]).await.unwrap();
    assert_eq!(aws.queued(&url).len(), 1, "an old handle deletes nothing");
    delete(&second[0]).await.unwrap();
    assert!(aws.queued(&url).is_empty());
}

#[tokio::test]
async fn visibility_is_changed_while_in_flight() {
    let (aws, sqs) = start();
    let url = aws.create_queue("jobs");
    aws.send_to_queue(&url, "one");
    let message = receive(&sqs, &url).await.remove(0);
    let change = |seconds| {
        let change = sqs.change_message_visibility().queue_url(&url).visibility_timeout(seconds);
        change.receipt_handle(message.receipt_handle().unwrap()).send()
    };
    change(600).await.unwrap();
    aws.advance(599.seconds());
    assert!(receive(&sqs, &url).await.is_empty());
    assert!(change(43_201).await.is_err());
    change(0).await.unwrap();
    assert_eq!(change(10).await.unwrap_err().code(), Some("AWS.SimpleQueueService.MessageNotInflight"));
    assert_eq!(receive(&sqs, &url).await.len(), 1);
}

#[tokio::test]
async fn what_was_received_too_often_goes_to_the_dead_letter_queue() {
    let (aws, sqs) = start();
    let dead = aws.create_queue("dead");
    let policy = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":"2"}}"#, aws.queue_arn(&dead));
    let created = sqs.create_queue().queue_name("jobs").attributes(QueueAttributeName::RedrivePolicy, policy);
    let url = created.send().await.unwrap().queue_url().unwrap().to_owned();
    aws.send_to_queue(&url, "poison");
    for _ in 0..2 {
        assert_eq!(receive(&sqs, &url).await.len(), 1);
        aws.advance(30.seconds());
    }
    assert!(receive(&sqs, &url).await.is_empty());
    assert_eq!(aws.queued(&dead)[0].body, "poison");
    let asked = sqs.get_queue_attributes().queue_url(&dead).attribute_names(QueueAttributeName::All).send().await;
    let attributes = asked.unwrap().attributes().unwrap().clone();
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessages], "1");
}

#[tokio::test]
async fn messages_are_delayed_and_forgotten() {
    let (aws, sqs) = start();
    let url = aws.create_queue("jobs");
    sqs.send_message().queue_url(&url).message_body("later").delay_seconds(60).send().await.unwrap();
    assert!(receive(&sqs, &url).await.is_empty());
    aws.advance(60.seconds());
    assert_eq!(receive(&sqs, &url).await.len(), 1);
    aws.advance(4.days());
    assert!(aws.queued(&url).is_empty());
}

#[tokio::test]
async fn limits_and_names_are_checked() {
    let (aws, sqs) = start();
    let url = aws.create_queue("jobs");
    let send = |body: String| sqs.send_message().queue_url(&url).message_body(body).send();
    send("x".repeat(1_048_576)).await.unwrap();
    assert_eq!(send("x".repeat(1_048_577)).await.unwrap_err().code(), Some("InvalidParameterValue"));
    assert_eq!(send("\u{1}".to_owned()).await.unwrap_err().code(), Some("InvalidMessageContents"));
    let error = sqs.receive_message().queue_url(&url).max_number_of_messages(11).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    let nowhere = sqs.receive_message().queue_url(url.replace("jobs", "none")).send().await.unwrap_err();
    assert!(nowhere.into_service_error().is_queue_does_not_exist());
    let again = sqs.create_queue().queue_name("jobs").attributes(QueueAttributeName::VisibilityTimeout, "31");
    assert!(again.send().await.unwrap_err().into_service_error().is_queue_name_exists());
}

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

#[tokio::test]
async fn each_message_of_a_batch_is_sent_or_refused_alone() {
    let (aws, sqs) = start();
    let url = aws.create_queue("jobs");
    let late = SendMessageBatchRequestEntry::builder().id("c").message_body("later").delay_seconds(60).build().unwrap();
    let batch = sqs.send_message_batch().queue_url(&url);
    let sent = batch.entries(entry("a", "one")).entries(entry("b", "\u{1}")).entries(late).send().await.unwrap();
    let ids: Vec<_> = sent.successful().iter().map(|one| one.id()).collect();
    assert_eq!(ids, ["a", "c"]);
    assert_eq!(sent.successful()[0].md5_of_message_body(), "f97c5d29941bfb1b2fdab0874906ab82");
    assert_eq!((sent.failed()[0].id(), sent.failed()[0].code()), ("b", "InvalidMessageContents"));
    assert!(sent.failed()[0].sender_fault());
    let bodies: Vec<_> = aws.queued(&url).into_iter().map(|message| (message.body, message.visible)).collect();
    assert_eq!(bodies, [("one".to_owned(), true), ("later".to_owned(), false)]);
}

#[tokio::test]
async fn batches_are_refused_as_a_whole() {
    let (aws, sqs) = start();
    let url = aws.create_queue("jobs");
    let many = || (0..11).map(|n| entry(&n.to_string(), "x")).collect::<Vec<_>>();
    let half = "x".repeat(524_289);
    for (entries, code) in [
        (vec![], "EmptyBatchRequest"),
        (many(), "TooManyEntriesInBatchRequest"),
        (vec![entry("a", "x"), entry("a", "y")], "BatchEntryIdsNotDistinct"),
        (vec![entry("a b", "x")], "InvalidBatchEntryId"),
        (vec![entry("a", &half), entry("b", &half)], "BatchRequestTooLong"),
    ] {
        let refused = sqs.send_message_batch().queue_url(&url).set_entries(Some(entries)).send().await.unwrap_err();
        assert_eq!(refused.code(), Some(format!("AWS.SimpleQueueService.{code}").as_str()));
    }
    assert!(aws.queued(&url).is_empty());
    let nowhere = sqs.send_message_batch().queue_url(url.replace("jobs", "none")).entries(entry("a", "x")).send().await;
    assert!(nowhere.unwrap_err().into_service_error().is_queue_does_not_exist());
}
