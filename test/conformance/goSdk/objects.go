package main

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/IBM/ibm-cos-sdk-go/aws"
	"github.com/IBM/ibm-cos-sdk-go/service/s3"
)

const key = "folder/a+b c%20ü.txt"

func keysOf(objects []*s3.Object) (keys []string) {
	for _, object := range objects {
		keys = append(keys, *object.Key)
	}
	return
}

func (client Client) objectSteps() {
	bucket := client.bucket("objects")
	client.step("CreateBucket, GetBucketLocation, ListBuckets", func() {
		client.create(bucket, "us-south-vault")
		location := must(client.GetBucketLocation(&s3.GetBucketLocationInput{Bucket: bucket}))
		same(aws.StringValue(location.LocationConstraint), "us-south-vault")
		found := false
		for _, listed := range must(client.ListBuckets(nil)).Buckets {
			found = found || *listed.Name == *bucket
		}
		same(found, true)
	})
	client.step("PutObject, GetObject: bytes, type and metadata", func() {
		put := must(client.PutObject(&s3.PutObjectInput{
			Bucket: bucket, Key: aws.String(key), Body: bytes.NewReader([]byte("first text")),
			ContentType: aws.String("text/x-test"), CacheControl: aws.String("no-store"),
			Metadata: map[string]*string{"Colour": aws.String("blue")},
		}))
		same(aws.StringValue(put.ETag), `"78b5c756e3656bb419d63f8f2851e28a"`)
		object := client.get(bucket, key)
		same(text(object.Body), "first text")
		same(aws.StringValue(object.ContentType)+" "+aws.StringValue(object.CacheControl), "text/x-test no-store")
		same(aws.StringValueMap(object.Metadata), map[string]string{"Colour": "blue"})
		_, err := client.GetObject(&s3.GetObjectInput{Bucket: bucket, Key: aws.String("absent")})
		failsWith("NoSuchKey", err)
	})
	client.step("GetObject of a range", func() {
		part := must(client.GetObject(&s3.GetObjectInput{Bucket: bucket, Key: aws.String(key), Range: aws.String("bytes=6-9")}))
		same(text(part.Body)+" "+aws.StringValue(part.ContentRange), "text bytes 6-9/10")
	})
	client.step("CopyObject with new metadata", func() {
		must(client.CopyObject(&s3.CopyObjectInput{
			Bucket: bucket, Key: aws.String("copy"), CopySource: aws.String(*bucket + "/folder/a%2Bb%20c%2520%C3%BC.txt"),
			MetadataDirective: aws.String("REPLACE"), Metadata: map[string]*string{"Shape": aws.String("round")},
		}))
		copied := client.get(bucket, "copy")
		same(text(copied.Body), "first text")
		same(aws.StringValueMap(copied.Metadata), map[string]string{"Shape": "round"})
	})
	client.step("ListObjectsV2 in pages and by folders", func() {
		for _, name := range []string{"list/1", "list/2", "list/3"} {
			client.put(bucket, name, name)
		}
		input := &s3.ListObjectsV2Input{Bucket: bucket, Prefix: aws.String("list/"), MaxKeys: aws.Int64(2)}
		first := must(client.ListObjectsV2(input))
		same(keysOf(first.Contents), []string{"list/1", "list/2"})
		input.ContinuationToken = first.NextContinuationToken
		same(keysOf(must(client.ListObjectsV2(input)).Contents), []string{"list/3"})
		folders := must(client.ListObjectsV2(&s3.ListObjectsV2Input{Bucket: bucket, Delimiter: aws.String("/")}))
		same(keysOf(folders.Contents), []string{"copy"})
		same(*folders.CommonPrefixes[0].Prefix+*folders.CommonPrefixes[1].Prefix, "folder/list/")
	})
	client.step("PutObjectTagging, GetObjectTagging, DeleteObjectTagging", func() {
		tags := []*s3.Tag{{Key: aws.String("project"), Value: aws.String("blue")}, {Key: aws.String("team"), Value: aws.String("storage")}}
		of := &s3.GetObjectTaggingInput{Bucket: bucket, Key: aws.String(key)}
		must(client.PutObjectTagging(&s3.PutObjectTaggingInput{Bucket: bucket, Key: of.Key, Tagging: &s3.Tagging{TagSet: tags}}))
		same(must(client.GetObjectTagging(of)).TagSet, tags)
		must(client.DeleteObjectTagging(&s3.DeleteObjectTaggingInput{Bucket: bucket, Key: of.Key}))
		same(len(must(client.GetObjectTagging(of)).TagSet), 0)
	})
	// A token signs no URL.
	if client.keys == "HMAC" {
		client.step("Presign", func() {
			request, _ := client.GetObjectRequest(&s3.GetObjectInput{Bucket: bucket, Key: aws.String(key)})
			answer := must(http.Get(must(request.Presign(10 * time.Minute))))
			same(answer.StatusCode, 200)
			same(text(answer.Body), "first text")
		})
	}
	client.step("DeleteObjects, DeleteBucket", func() {
		listed := must(client.ListObjects(&s3.ListObjectsInput{Bucket: bucket})).Contents
		same(keysOf(listed), []string{"copy", key, "list/1", "list/2", "list/3"})
		doomed := &s3.Delete{}
		for _, object := range listed {
			doomed.Objects = append(doomed.Objects, &s3.ObjectIdentifier{Key: object.Key})
		}
		same(len(must(client.DeleteObjects(&s3.DeleteObjectsInput{Bucket: bucket, Delete: doomed})).Deleted), 5)
		same(len(must(client.ListObjectsV2(&s3.ListObjectsV2Input{Bucket: bucket})).Contents), 0)
		must(client.DeleteBucket(&s3.DeleteBucketInput{Bucket: bucket}))
		_, err := client.ListObjectsV2(&s3.ListObjectsV2Input{Bucket: bucket})
		failsWith("NoSuchBucket", err)
	})
}

func (client Client) partSteps() {
	bucket := client.bucket("parts")
	const cut = 6 * 1024 * 1024
	body := pattern(11*1024*1024 + 3)
	upload := func(key string) *string {
		return must(client.CreateMultipartUpload(&s3.CreateMultipartUploadInput{Bucket: bucket, Key: &key})).UploadId
	}
	part := func(key string, id *string, number int64, content []byte) *s3.CompletedPart {
		input := &s3.UploadPartInput{Bucket: bucket, Key: &key, UploadId: id, PartNumber: &number, Body: bytes.NewReader(content)}
		return &s3.CompletedPart{PartNumber: &number, ETag: must(client.UploadPart(input)).ETag}
	}
	client.step("an upload in parts: listed, completed, read back", func() {
		client.create(bucket, "us-south-standard")
		id := upload("parts")
		parts := []*s3.CompletedPart{part("parts", id, 1, body[:cut]), part("parts", id, 2, body[cut:])}
		listed := must(client.ListParts(&s3.ListPartsInput{Bucket: bucket, Key: aws.String("parts"), UploadId: id})).Parts
		same(len(listed), 2)
		for index, found := range listed {
			same(*found.PartNumber, *parts[index].PartNumber)
			same(*found.ETag, *parts[index].ETag)
		}
		same([]int64{*listed[0].Size, *listed[1].Size}, []int64{cut, int64(len(body) - cut)})
		completed := &s3.CompletedMultipartUpload{Parts: parts}
		must(client.CompleteMultipartUpload(&s3.CompleteMultipartUploadInput{
			Bucket: bucket, Key: aws.String("parts"), UploadId: id, MultipartUpload: completed,
		}))
		object := client.get(bucket, "parts")
		defer object.Body.Close()
		same(bytes.Equal(must(io.ReadAll(object.Body)), body), true)
	})
	client.step("an upload in parts: aborted", func() {
		id := upload("aborted")
		part("aborted", id, 7, body[:5])
		open := must(client.ListMultipartUploads(&s3.ListMultipartUploadsInput{Bucket: bucket})).Uploads
		same(len(open), 1)
		same(*open[0].Key+*open[0].UploadId, "aborted"+*id)
		must(client.AbortMultipartUpload(&s3.AbortMultipartUploadInput{Bucket: bucket, Key: aws.String("aborted"), UploadId: id}))
		_, err := client.ListParts(&s3.ListPartsInput{Bucket: bucket, Key: aws.String("aborted"), UploadId: id})
		failsWith("NoSuchUpload", err)
	})
}

func (client Client) versionSteps() {
	bucket := client.bucket("versions")
	client.step("PutBucketVersioning, GetBucketVersioning", func() {
		client.create(bucket, "us-south-standard")
		enabled := &s3.VersioningConfiguration{Status: aws.String("Enabled")}
		must(client.PutBucketVersioning(&s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: enabled}))
		found := must(client.GetBucketVersioning(&s3.GetBucketVersioningInput{Bucket: bucket}))
		same(aws.StringValue(found.Status), "Enabled")
	})
	client.step("ListObjectVersions, GetObject and DeleteObject of a version", func() {
		name := aws.String("versioned")
		first, second := client.put(bucket, *name, "first").VersionId, client.put(bucket, *name, "second").VersionId
		marker := must(client.DeleteObject(&s3.DeleteObjectInput{Bucket: bucket, Key: name})).VersionId
		_, err := client.GetObject(&s3.GetObjectInput{Bucket: bucket, Key: name})
		failsWith("NoSuchKey", err)
		listed := must(client.ListObjectVersions(&s3.ListObjectVersionsInput{Bucket: bucket}))
		same([]string{*listed.Versions[0].VersionId, *listed.Versions[1].VersionId}, []string{*second, *first})
		same(*listed.DeleteMarkers[0].VersionId, *marker)
		old := must(client.GetObject(&s3.GetObjectInput{Bucket: bucket, Key: name, VersionId: first}))
		same(text(old.Body), "first")
		must(client.DeleteObject(&s3.DeleteObjectInput{Bucket: bucket, Key: name, VersionId: marker}))
		same(text(client.get(bucket, *name).Body), "second")
	})
}
