package main

import (
	"encoding/xml"
	"strings"
	"time"

	"github.com/IBM/ibm-cos-sdk-go/aws"
	"github.com/IBM/ibm-cos-sdk-go/service/s3"
)

const daySeconds = 86_400

func (client Client) immutableSteps() {
	bucket, name := client.bucket("immutable"), aws.String("kept")
	head := func() *s3.HeadObjectOutput {
		return must(client.HeadObject(&s3.HeadObjectInput{Bucket: bucket, Key: name}))
	}
	holds := func() *s3.ListLegalHoldsOutput {
		return must(client.ListLegalHolds(&s3.ListLegalHoldsInput{Bucket: bucket, Key: name}))
	}
	// The holds as the service sent them, by the SDK's signed request: its generated parser looks for LegalHolds/member.
	sent := func() (found []string) {
		request, _ := client.ListLegalHoldsRequest(&s3.ListLegalHoldsInput{Bucket: bucket, Key: name})
		request.Handlers.Unmarshal.Clear()
		must(0, request.Send())
		var answer struct {
			Holds []struct{ ID, Date string } `xml:"LegalHolds>LegalHold"`
		}
		must(0, xml.NewDecoder(strings.NewReader(text(request.HTTPResponse.Body))).Decode(&answer))
		for _, hold := range answer.Holds {
			same(time.Since(must(time.Parse(time.RFC1123, hold.Date))).Round(5*time.Minute), time.Duration(0))
			found = append(found, hold.ID)
		}
		return
	}
	client.step("PutBucketProtectionConfiguration, GetBucketProtectionConfiguration", func() {
		client.create(bucket, "us-south-standard")
		protection := &s3.ProtectionConfiguration{
			Status:           aws.String("Retention"),
			MinimumRetention: &s3.BucketProtectionMinimumRetention{Days: aws.Int64(10)},
			DefaultRetention: &s3.BucketProtectionDefaultRetention{Days: aws.Int64(100)},
			MaximumRetention: &s3.BucketProtectionMaximumRetention{Days: aws.Int64(1000)},
		}
		must(client.PutBucketProtectionConfiguration(&s3.PutBucketProtectionConfigurationInput{
			Bucket: bucket, ProtectionConfiguration: protection,
		}))
		found := must(client.GetBucketProtectionConfiguration(&s3.GetBucketProtectionConfigurationInput{Bucket: bucket}))
		same(found.ProtectionConfiguration, protection)
	})
	client.step("PutObject with a retention period", func() {
		must(client.PutObject(&s3.PutObjectInput{
			Bucket: bucket, Key: name, Body: strings.NewReader("kept"), RetentionPeriod: aws.Int64(20 * daySeconds),
		}))
		same(*head().RetentionPeriod, int64(20*daySeconds))
		same(time.Until(*head().RetentionExpirationDate).Round(24*time.Hour), 20*24*time.Hour)
		_, err := client.DeleteObject(&s3.DeleteObjectInput{Bucket: bucket, Key: name})
		same(err != nil, true)
		same(text(client.get(bucket, *name).Body), "kept")
	})
	client.step("AddLegalHold, ListLegalHolds: every id and its date, as sent", func() {
		for _, id := range []string{"case-1", "case-2"} {
			must(client.AddLegalHold(&s3.AddLegalHoldInput{Bucket: bucket, Key: name, RetentionLegalHoldId: aws.String(id)}))
		}
		same(sent(), []string{"case-1", "case-2"})
		same(*head().RetentionLegalHoldCount, int64(2))
	})
	client.step("DeleteLegalHold leaves the other hold", func() {
		must(client.DeleteLegalHold(&s3.DeleteLegalHoldInput{Bucket: bucket, Key: name, RetentionLegalHoldId: aws.String("case-1")}))
		same(*head().RetentionLegalHoldCount, int64(1))
		same(sent(), []string{"case-2"})
	})
	if len(holds().LegalHolds) == 0 {
		reason := "the SDK looks for LegalHolds/member; the service, and IBM's other SDKs, have LegalHolds/LegalHold"
		tell(client.keys+": ListLegalHolds as this SDK parses it", "missing", reason)
	}
	client.step("ExtendObjectRetention by time, to a period, to a date", func() {
		extend := func(change s3.ExtendObjectRetentionInput) {
			change.Bucket, change.Key = bucket, name
			must(client.ExtendObjectRetention(&change))
		}
		extend(s3.ExtendObjectRetentionInput{AdditionalRetentionPeriod: aws.Int64(5 * daySeconds)})
		same(*head().RetentionPeriod, int64(25*daySeconds))
		extend(s3.ExtendObjectRetentionInput{NewRetentionPeriod: aws.Int64(60 * daySeconds)})
		same(*head().RetentionPeriod, int64(60*daySeconds))
		later := head().RetentionExpirationDate.Add(30 * 24 * time.Hour)
		extend(s3.ExtendObjectRetentionInput{NewRetentionExpirationDate: &later})
		same(head().RetentionExpirationDate.Equal(later), true)
	})
}
