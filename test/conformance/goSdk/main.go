// IBM's SDK for Go: the same steps with an API key, and with HMAC keys.
package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/IBM/ibm-cos-sdk-go/aws"
	"github.com/IBM/ibm-cos-sdk-go/aws/awserr"
	"github.com/IBM/ibm-cos-sdk-go/aws/credentials"
	"github.com/IBM/ibm-cos-sdk-go/aws/credentials/ibmiam"
	"github.com/IBM/ibm-cos-sdk-go/aws/session"
	"github.com/IBM/ibm-cos-sdk-go/service/s3"
)

// Client is the SDK's, and the buckets that its steps make.
type Client struct {
	*s3.S3
	keys string
}

func (client Client) step(name string, run func()) { step(client.keys+": "+name, run) }

func (client Client) bucket(name string) *string {
	return aws.String("go-" + name + "-" + strings.ToLower(client.keys))
}

func connect(server Server, keys string) Client {
	config := aws.NewConfig().WithEndpoint(server.Endpoint).WithRegion("us-south").WithS3ForcePathStyle(true).WithMaxRetries(0)
	if keys == "IAM" {
		endpoint := server.IamEndpoint + "/identity/token"
		config = config.WithCredentials(ibmiam.NewStaticCredentials(aws.NewConfig(), endpoint, server.ApiKey, server.ServiceInstanceId))
	} else {
		config = config.WithCredentials(credentials.NewStaticCredentials(server.AccessKeyId, server.SecretAccessKey, ""))
	}
	return Client{s3.New(session.Must(session.NewSession()), config), keys}
}

func text(body io.ReadCloser) string {
	defer body.Close()
	return string(must(io.ReadAll(body)))
}

func (client Client) put(bucket *string, key, body string) *s3.PutObjectOutput {
	return must(client.PutObject(&s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader(body)}))
}

func (client Client) get(bucket *string, key string) *s3.GetObjectOutput {
	return must(client.GetObject(&s3.GetObjectInput{Bucket: bucket, Key: &key}))
}

func (client Client) create(bucket *string, location string) {
	configuration := &s3.CreateBucketConfiguration{LocationConstraint: &location}
	must(client.CreateBucket(&s3.CreateBucketInput{Bucket: bucket, CreateBucketConfiguration: configuration}))
}

// failsWith expects this error code of the service.
func failsWith(code string, err error) {
	failure, isService := err.(awserr.Error)
	if !isService {
		panic("succeeded instead of failing with " + code)
	}
	same(failure.Code(), code)
}

func pattern(size int) []byte {
	return bytes.Repeat([]byte("a pattern of 31 bytes, unaligned"), size/32+1)[:size]
}

func main() {
	server := readServer()
	for _, keys := range []string{"IAM", "HMAC"} {
		client := connect(server, keys)
		client.objectSteps()
		client.partSteps()
		client.versionSteps()
		client.immutableSteps()
	}
	fmt.Println(`{"end":true}`)
}
