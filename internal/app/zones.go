package app

// Lambda's provided.al2023 has no time zone database (aws/aws-lambda-dotnet#1620), and a budget's
// days are those of the ad account's zone: without this every zone but UTC would be refused.
import _ "time/tzdata"
