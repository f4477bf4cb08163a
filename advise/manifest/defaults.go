package manifest

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func ptr[T any](v T) *T { return &v }

func setDefault[T any](p **T, v T) {
	if *p == nil {
		*p = &v
	}
}

// defaultDeployment gives the API server's defaults:
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
func defaultDeployment(v *appsv1.Deployment) {
	setDefault(&v.Spec.Replicas, 1)
	setDefault(&v.Spec.ProgressDeadlineSeconds, 600)
	if v.Spec.Strategy.Type == "" {
		v.Spec.Strategy.Type = appsv1.RollingUpdateDeploymentStrategyType
	}
	if v.Spec.Strategy.Type == appsv1.RollingUpdateDeploymentStrategyType {
		setDefault(&v.Spec.Strategy.RollingUpdate, appsv1.RollingUpdateDeployment{})
		setDefault(&v.Spec.Strategy.RollingUpdate.MaxSurge, intstr.FromString("25%"))
		setDefault(&v.Spec.Strategy.RollingUpdate.MaxUnavailable, intstr.FromString("25%"))
	}
	if v.Spec.Selector == nil { // the old versions took the template's labels
		v.Spec.Selector = &metav1.LabelSelector{MatchLabels: v.Spec.Template.Labels}
	}
}

func defaultStatefulSet(v *appsv1.StatefulSet) {
	setDefault(&v.Spec.Replicas, 1)
	if v.Spec.PodManagementPolicy == "" {
		v.Spec.PodManagementPolicy = appsv1.OrderedReadyPodManagement
	}
	if v.Spec.UpdateStrategy.Type == "" {
		v.Spec.UpdateStrategy.Type = appsv1.RollingUpdateStatefulSetStrategyType
	}
	if v.Spec.UpdateStrategy.Type == appsv1.RollingUpdateStatefulSetStrategyType {
		setDefault(&v.Spec.UpdateStrategy.RollingUpdate, appsv1.RollingUpdateStatefulSetStrategy{})
		setDefault(&v.Spec.UpdateStrategy.RollingUpdate.Partition, 0)
	}
}

func defaultDaemonSet(v *appsv1.DaemonSet) {
	if v.Spec.UpdateStrategy.Type == "" {
		v.Spec.UpdateStrategy.Type = appsv1.RollingUpdateDaemonSetStrategyType
	}
	if v.Spec.UpdateStrategy.Type == appsv1.RollingUpdateDaemonSetStrategyType {
		setDefault(&v.Spec.UpdateStrategy.RollingUpdate, appsv1.RollingUpdateDaemonSet{})
		setDefault(&v.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable, intstr.FromInt32(1))
		setDefault(&v.Spec.UpdateStrategy.RollingUpdate.MaxSurge, intstr.FromInt32(0))
	}
}

func defaultAutoscaler(v *autoscalingv2.HorizontalPodAutoscaler) { setDefault(&v.Spec.MinReplicas, 1) }

func defaultService(v *corev1.Service) {
	if v.Spec.Type == "" {
		v.Spec.Type = corev1.ServiceTypeClusterIP
	}
	external := v.Spec.Type == corev1.ServiceTypeLoadBalancer || v.Spec.Type == corev1.ServiceTypeNodePort
	if external && v.Spec.ExternalTrafficPolicy == "" {
		v.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicyCluster
	}
	for i := range v.Spec.Ports {
		p := &v.Spec.Ports[i]
		if p.Protocol == "" {
			p.Protocol = corev1.ProtocolTCP
		}
		if p.TargetPort == (intstr.IntOrString{}) {
			p.TargetPort = intstr.FromInt32(p.Port)
		}
	}
}

// defaultPod gives what the advice reads: grace, restart policy, probes, and requests
// that follow from limits.
func defaultPod(p *corev1.PodSpec) {
	setDefault(&p.TerminationGracePeriodSeconds, corev1.DefaultTerminationGracePeriodSeconds)
	if p.RestartPolicy == "" {
		p.RestartPolicy = corev1.RestartPolicyAlways
	}
	for _, list := range [][]corev1.Container{p.InitContainers, p.Containers} {
		for i := range list {
			c := &list[i]
			for _, probe := range []*corev1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
				defaultProbe(probe)
			}
			for name, limit := range c.Resources.Limits {
				if _, ok := c.Resources.Requests[name]; !ok {
					if c.Resources.Requests == nil {
						c.Resources.Requests = corev1.ResourceList{}
					}
					c.Resources.Requests[name] = limit
				}
			}
			for j := range c.Ports {
				if c.Ports[j].Protocol == "" {
					c.Ports[j].Protocol = corev1.ProtocolTCP
				}
				if p.HostNetwork && c.Ports[j].HostPort == 0 {
					c.Ports[j].HostPort = c.Ports[j].ContainerPort
				}
			}
		}
	}
}

func defaultProbe(p *corev1.Probe) {
	if p == nil {
		return
	}
	for _, f := range []struct {
		field *int32
		value int32
	}{{&p.PeriodSeconds, 10}, {&p.TimeoutSeconds, 1}, {&p.SuccessThreshold, 1}, {&p.FailureThreshold, 3}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if p.HTTPGet != nil && p.HTTPGet.Path == "" {
		p.HTTPGet.Path = "/"
	}
}
